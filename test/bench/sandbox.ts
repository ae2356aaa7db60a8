const CALLERS = 8;
const REGISTRATIONS = 400;

/** How many documents a second the sandbox registers for a bare client: the floor of every figure that includes it. */
export async function benchSandbox(register: () => Promise<unknown>): Promise<void> {
  let left = REGISTRATIONS;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (left-- > 0) await register();
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const rate = (REGISTRATIONS / seconds).toFixed(0);
  console.log(`
sandbox alone, bare client, ${CALLERS} callers   ${rate} registrations per second (${REGISTRATIONS} in ${seconds.toFixed(1)} s)`);
}
