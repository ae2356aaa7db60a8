type Method = (...args: unknown[]) => Promise<unknown>;

/** The same port, but for one method that fails: before it does anything, or after, when only the answer is lost. */
export function failing<Port extends object>(port: Port, name: keyof Port, when: "before" | "after" = "before"): Port {
  const method = port[name] as Method;
  const fails: Method = async (...args) => {
    if (when === "after") await method.apply(port, args);
    throw new Error(`${String(name)} failed`);
  };
  return { ...port, [name]: fails };
}

/** The same port, but one method writes twice, as the SDK does when the first answer was lost. */
export function repeating<Port extends object>(port: Port, name: keyof Port): Port {
  const method = port[name] as Method;
  const repeats: Method = async (...args) => {
    await method.apply(port, args);
    return method.apply(port, args);
  };
  return { ...port, [name]: repeats };
}
