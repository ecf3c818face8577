/** Starts the program again with SwiftShader in its library path, where there is no other adapter. */

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NoAdapterError, requestAdapter } from "../engine/platform/node.ts";
import { swiftshader } from "./swiftshader.ts";

/**
 * The environment variables a process must start with to find an adapter: none where there is a GPU or an installed
 * driver, else those that lead to SwiftShader. The dynamic linker reads them at start, so setting them later is in vain.
 */
export async function driverEnvironment(): Promise<Record<string, string>> {
  if (process.env.EBM_SWIFTSHADER !== undefined || (await hasAdapter())) return {};
  const folder = await swiftshader();
  if (folder === null) return {};
  const manifest = join(folder, "vk_swiftshader_icd.json");
  return {
    EBM_SWIFTSHADER: folder,
    LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
    // The second is the newer name of the first, and wins where both are known.
    VK_ICD_FILENAMES: manifest,
    VK_DRIVER_FILES: manifest,
  };
}

async function hasAdapter(): Promise<boolean> {
  const demand = process.env.EBM_ADAPTER;
  if (demand === "swiftshader") return false;
  if (demand === "hardware" || demand === "installed") return true; // or an error, which requestAdapter words best
  if (!mayHaveVulkan()) return false;
  try {
    await requestAdapter();
    return true;
  } catch (error) {
    if (error instanceof NoAdapterError) return false;
    throw error;
  }
}

/** False where the dynamic linker's own list has no Vulkan loader: Dawn would fail too, and complain on the terminal. */
function mayHaveVulkan(): boolean {
  if (process.platform !== "linux" || process.env.LD_LIBRARY_PATH) return true;
  try {
    return readFileSync("/etc/ld.so.cache").includes("libvulkan.so.1");
  } catch {
    return true;
  }
}

/**
 * Returns at once where an adapter is at hand. Otherwise runs this same command line in a second process that has
 * SwiftShader, and never returns: this one passes signals on and ends as the second one does.
 * Call it before anything that must not happen twice.
 */
export async function launch(): Promise<void> {
  followParent();
  if (process.env.EBM_SWIFTSHADER !== undefined) return;
  const environment = await driverEnvironment();
  if (Object.keys(environment).length === 0) return;

  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env: { ...process.env, ...environment },
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // A terminal sends ^C to both processes already.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  await new Promise((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (signal === null) process.exit(code ?? 1);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  });
}

/** Ends this process when the one that started it is killed: whoever kills a run or a sweep means the work, not its wrapper. */
function followParent(): void {
  if (process.channel === undefined || process.channel === null) return;
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel.unref();
}
