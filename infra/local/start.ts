import { enableCompileCache } from "node:module";

// Before anything is loaded: most of the start is compiling the CDK and the tools.
enableCompileCache();

/** `npm start`. The cloud is loaded from here, so that a package that is missing is one sentence too, and not a stack. */
try {
  const { runLocalCloud } = await import("./run.ts");
  await runLocalCloud();
} catch (error) {
  console.error(`\n${sentence(error)}`);
  process.exit(1);
}

/** One sentence that says what to do; the stack only where we do not know the failure. */
function sentence(error: unknown): string {
  const {
    code,
    name,
    port,
    message = String(error),
    stack,
    cause,
  } = error as NodeJS.ErrnoException & { port?: number };
  if ((cause as NodeJS.ErrnoException | undefined)?.code === "LEVEL_LOCKED") {
    return "Another local cloud is using this folder. Stop it, or keep apart: LOCAL_DIR=.local-2 PORT=4000 npm start";
  }
  if (code === "EADDRINUSE") return `Port ${port} is taken. Stop what uses it, or choose another: PORT=4000 npm start`;
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") return `${message.split("\n")[0]}. Run: npm ci`;
  return name === "UsageError" ? message : (stack ?? message);
}
