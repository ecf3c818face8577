/** How a system describes its settings: plain data, from which the command line and the app build checks, help and controls. */

/** One setting: its meaning, its unit and the values it may take. Bounds are inclusive unless named otherwise. */
export type Field =
  | { kind: "number"; about: string; unit?: string; min?: number; max?: number; exclusiveMin?: number }
  | { kind: "integer"; about: string; unit?: string; min?: number; max?: number }
  | { kind: "boolean"; about: string }
  /**
   * `brings`: the settings beside it that come along with a value, unless they are chosen too. `before`: what a run has that was
   * recorded before there was this setting.
   */
  | {
      kind: "choice";
      about: string;
      values: readonly string[];
      brings?: Readonly<Record<string, Settings>>;
      before?: string;
    }
  /** Several of them in one text, with commas between: `0,1,10`. */
  | { kind: "list"; about: string; of: Exclude<Field, { kind: "list" }> };

/** Settings by name, in groups to any depth. */
export interface Fields {
  readonly [key: string]: Field | Fields;
}

/** The values that belong to some Fields, in the same groups. */
export interface Settings {
  readonly [key: string]: number | string | boolean | Settings;
}

/** Whether this is one setting and not a group (whose members are objects, so that none is mistaken for a kind). */
export const isField = (entry: Field | Fields): entry is Field => typeof entry.kind === "string";

/** The members of a list, as text; none of an empty one. */
export const listed = (list: string): string[] => (list === "" ? [] : list.split(",").map((member) => member.trim()));

/** The settings that some Fields describe, as a type. */
export type SettingsOf<F> = {
  -readonly [Name in keyof F]: F[Name] extends { kind: "number" | "integer" }
    ? number
    : F[Name] extends { kind: "boolean" }
      ? boolean
      : F[Name] extends { kind: "choice"; values: readonly (infer Value)[] }
        ? Value
        : F[Name] extends { kind: "list" }
          ? string
          : SettingsOf<F[Name]>;
};
