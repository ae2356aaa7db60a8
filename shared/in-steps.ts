const AT_ONCE = 20;

/** Some at a time, so that the stores can bear it. One that fails holds up no other. */
export async function inSteps<T>(items: readonly T[], work: (item: T) => Promise<void>) {
  let failed = 0;
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const results = await Promise.allSettled(items.slice(start, start + AT_ONCE).map(work));
    failed += results.filter(({ status }) => status === "rejected").length;
  }
  return { done: items.length - failed, failed };
}
