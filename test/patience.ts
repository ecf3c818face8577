/**
 * Milliseconds that a test, what it waits for, and what goes before and after it may take: enough for a busy machine whose software
 * adapter compiles a shader in a second. They find out what hangs, never what is slow.
 */
export const patience = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 120_000 } } };
