/** Settings that come along with a choice: data.name=moons brings the measures that moons were published with. */

import type { Fields, Settings } from "../../ebm/settings.ts";
import { leaves, merge, valueAt, wordOf } from "./fields.ts";

/** `settings` with `changes` over them, and between the two what changed choices bring along. */
export const changed = (fields: Fields, settings: Settings, changes: Settings): Settings =>
  merge(merge(settings, brought(fields, settings, changes)), changes);

function brought(fields: Fields, settings: Settings, changes: Settings): Settings {
  return [...leaves(fields)].reduce<Settings>((all, [path, field]) => {
    const value = valueAt(changes, path);
    if (field.kind !== "choice" || value === undefined || value === valueAt(settings, path)) return all;
    const companions = field.brings?.[wordOf(value)];
    const groups = path.split(".").slice(0, -1);
    return merge(
      all,
      groups.reduceRight((inner, group) => ({ [group]: inner }), companions ?? {}),
    );
  }, {});
}
