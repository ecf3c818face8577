#!/usr/bin/env node
/** The program `ebm`: finds an adapter, in a second process if need be, before it loads what does the work. */

import { launch } from "./launch.ts";
import { deviceCommands } from "./program.ts";

if (deviceCommands.includes(process.argv[2])) await launch();
await import("./here.ts");
