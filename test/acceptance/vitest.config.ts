import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["test/acceptance/**/*.acceptance.ts"], testTimeout: 40_000 } });
