/** The device that all tests of a lane share. */

import { openDevice } from "../../engine/index.ts";

export const device = await openDevice();
