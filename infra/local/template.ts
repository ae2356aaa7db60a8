import * as z from "zod";

const TemplateResource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string(), z.array(z.string())]).default([]),
});
export type TemplateResource = z.infer<typeof TemplateResource>;

/** A synthesized CloudFormation template, as far as the local cloud reads it. */
export const Template = z.looseObject({
  Resources: z.record(z.string(), TemplateResource),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).default({}),
});
export type Template = z.infer<typeof Template>;

/** What a provisioned resource answers to `Ref` and `Fn::GetAtt`. */
export interface Provisioned {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** `AWS::Region` and its like. */
export type PseudoParameters = Readonly<Record<string, string>>;

type Intrinsic = (argument: unknown, resolve: (value: unknown) => unknown) => unknown;

/** Replaces intrinsic functions by what they stand for. An unknown one is an Error: guessing would let the run drift from the deployment. */
export function resolver(
  resources: ReadonlyMap<string, Provisioned>,
  pseudo: PseudoParameters,
): (value: unknown) => unknown {
  function resource(logicalId: string): Provisioned {
    const found = resources.get(logicalId);
    if (!found) throw new Error(`the template refers to ${logicalId}, which is not there`);
    return found;
  }

  function reference(name: string): string {
    return pseudo[name] ?? resource(name).ref;
  }

  function attribute(logicalId: string, name: string): string {
    const value = resource(logicalId).attributes[name];
    if (value === undefined) throw new Error(`the local cloud does not know the attribute ${logicalId}.${name}`);
    return value;
  }

  const intrinsics: Record<string, Intrinsic> = {
    Ref: (name) => reference(z.string().parse(name)),
    "Fn::GetAtt": (path) => attribute(...getAtt(path)),
    "Fn::Join": (argument, resolve) => {
      const [separator, parts] = z.tuple([z.string(), z.array(z.unknown())]).parse(argument);
      return parts.map((part) => String(resolve(part))).join(separator);
    },
    "Fn::Sub": (argument, resolve) => substitute(argument, resolve, (name) => substituted(name, reference, attribute)),
    "Fn::Select": (argument, resolve) => {
      const [index, list] = z.tuple([z.coerce.number(), z.unknown()]).parse(argument);
      return z.array(z.unknown()).parse(resolve(list))[index];
    },
    "Fn::Split": (argument, resolve) => {
      const [separator, text] = z.tuple([z.string(), z.unknown()]).parse(argument);
      return String(resolve(text)).split(separator);
    },
  };

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== "object" || value === null) return value;
    const [only, ...others] = Object.entries(value);
    if (only && others.length === 0 && isIntrinsic(only[0])) return apply(only[0], only[1]);
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolve(member)]));
  }

  function apply(name: string, argument: unknown): unknown {
    const intrinsic = intrinsics[name];
    if (!intrinsic) throw new Error(`the local cloud does not know the intrinsic function ${name}`);
    return intrinsic(argument, resolve);
  }

  return resolve;
}

function isIntrinsic(name: string): boolean {
  return name === "Ref" || name.startsWith("Fn::");
}

function getAtt(path: unknown): [string, string] {
  const parts = z.union([z.string().transform((text) => text.split(".")), z.array(z.string())]).parse(path);
  const [logicalId = "", ...name] = parts;
  return [logicalId, name.join(".")];
}

function substitute(argument: unknown, resolve: (value: unknown) => unknown, lookUp: (name: string) => string): string {
  const withVariables = z.tuple([z.string(), z.record(z.string(), z.unknown())]);
  const [text, variables] = withVariables.parse(typeof argument === "string" ? [argument, {}] : argument);
  return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    return name in variables ? String(resolve(variables[name])) : lookUp(name);
  });
}

function substituted(
  name: string,
  reference: (name: string) => string,
  attribute: (id: string, name: string) => string,
): string {
  return name.includes(".") ? attribute(...getAtt(name)) : reference(name);
}

/** Logical ids, each after everything it refers to. Throws on a circle. */
export function provisioningOrder({ Resources }: Template): string[] {
  const ordered = new Set<string>();

  function visit(logicalId: string, path: readonly string[]): void {
    if (ordered.has(logicalId)) return;
    if (path.includes(logicalId))
      throw new Error(`the template refers in a circle: ${[...path, logicalId].join(" → ")}`);
    for (const needed of references(Resources[logicalId])) if (Resources[needed]) visit(needed, [...path, logicalId]);
    ordered.add(logicalId);
  }

  for (const logicalId of Object.keys(Resources)) visit(logicalId, []);
  return [...ordered];
}

function references(resource: TemplateResource | undefined): string[] {
  if (!resource) return [];
  return [...[resource.DependsOn].flat(), ...referencesIn(resource.Properties)];
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (name === "Ref" && typeof member === "string") return [member];
    if (name === "Fn::GetAtt") return [getAtt(member)[0]];
    if (name === "Fn::Sub")
      return [...JSON.stringify(member).matchAll(/\$\{([^!}.]+)/g)].map((match) => match[1] ?? "");
    return referencesIn(member);
  });
}
