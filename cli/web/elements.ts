/** The elements of the page by their ids. */

type Kind<T> = new () => T;

/** The element with this id; throws where the page has none of that kind. */
export function byId<T extends HTMLElement>(id: string, kind: Kind<T>): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new TypeError(`index.html: no ${kind.name} with id "${id}"`);
  return found;
}

/** The inputs that share a name: the members of a choice. */
export const inputsNamed = (name: string): HTMLInputElement[] => [
  ...document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`),
];

/** Checks the one of the radio buttons of a name that has this value. */
export function check(name: string, value: string): void {
  for (const input of inputsNamed(name)) input.checked = input.value === value;
}

/** A row of radio buttons of which one can be pressed. */
export function segments(
  place: HTMLElement,
  name: string,
  values: readonly string[],
  chosen: (value: string) => void,
): void {
  place.replaceChildren(
    ...values.map((value) => {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "radio", name, value });
      input.addEventListener("change", () => chosen(value));
      const text = document.createElement("span");
      text.textContent = value;
      label.append(input, text);
      return label;
    }),
  );
}
