/** The browser that the browser lane runs in: how it is found, and how it is started so that it has WebGPU. */

import { createReadStream, createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import type { LaunchOptions } from "playwright";
import { cached, chromiumPackage, unpack } from "../cli/swiftshader.ts";

/** WebGPU on SwiftShader, headless and without the sandbox, which containers rarely allow. */
const args = [
  "--headless=new",
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--enable-unsafe-swiftshader",
  "--use-webgpu-adapter=swiftshader",
  "--use-angle=swiftshader",
];

/** Fonts are looked for beside this file. */
const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * Launch options for the Chromium named by CHROMIUM_PATH, else for the one in @sparticuz/chromium with the libraries
 * that a bare system lacks, else (not Linux x64) for the one that `npx playwright install chromium` brings.
 */
export async function chromium(): Promise<LaunchOptions> {
  const installed = process.env.CHROMIUM_PATH;
  const archives = chromiumPackage();
  if (installed) return { args, executablePath: installed, env: { ...process.env } };
  if (archives === null) return { args };

  const browser = await cached(`chromium-${archives.version}-fonts`, async (folder) => {
    // SwiftShader goes beside the program: that is where Chromium looks for it.
    await unpack(join(archives.bin, "swiftshader.tar.br"), folder);
    await unpack(join(archives.bin, "al2023.tar.br"), folder);
    // Without a single font Chromium ends at the first word of a page; the configuration that comes along looks elsewhere.
    await unpack(join(archives.bin, "fonts.tar.br"), folder);
    await writeFile(join(folder, "fonts.conf"), fontConfiguration);
    await pipeline(
      createReadStream(join(archives.bin, "chromium.br")),
      createBrotliDecompress(),
      createWriteStream(join(folder, "chromium"), { mode: 0o755 }),
    );
  });
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: join(browser, "lib"),
    FONTCONFIG_FILE: join(browser, "fonts.conf"),
  };
  return { args, executablePath: join(browser, "chromium"), env };
}
