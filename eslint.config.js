// Lint rules: typescript-eslint with type information, above all its promise rules.
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const nodeGlobals = ["process", "Buffer", "global", "__dirname", "__filename", "require", "setImmediate"];

export default defineConfig(
  // bench/peers is a package of its own, whose types are there only after its own npm ci; it has its own `npm run check`.
  globalIgnores(["dist/", "runs/", "bench/peers/"]),
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error", noInlineConfig: true },
    rules: {
      eqeqeq: "error",
      "prefer-const": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // Methods are declared on an interface of the class's name and installed from the table of ops.
      "@typescript-eslint/no-unsafe-declaration-merging": "off",
      "@typescript-eslint/no-empty-object-type": ["error", { allowInterfaces: "with-single-extends" }],
    },
  },
  {
    files: ["shaders/**/*.ts", "engine/**/*.ts", "nn/**/*.ts", "ebm/**/*.ts"],
    ignores: ["engine/platform/node.ts"],
    rules: { "no-restricted-globals": ["error", ...nodeGlobals] },
  },
);
