import * as z from "zod";

/** The members that a block of the schema knows, by name; undefined for a member that is no block. */
export type Members = ReadonlyMap<string, Members | undefined>;

/** A member that INV-01 has no place for. `near` is the known member that its name differs from by case alone. */
export interface UnknownMember {
  readonly path: string;
  readonly near: string | undefined;
}

export interface Survey {
  /** How many entries the lists of the document hold together. */
  entries: number;
  readonly unknown: UnknownMember[];
}

/**
 * More list entries than this are not worth checking singly: a line takes over 100 bytes, so a body of 2 MB that
 * exceeds it is rubbish, and zod would need seconds and hundreds of megabytes to say what is wrong with each entry.
 */
export const MOST_ENTRIES = 20_000;

/** Reads the member names off a schema made of objects, lists and optional members. */
export function membersOf(schema: z.ZodObject): Members {
  return new Map(Object.entries(schema.shape).map(([name, member]) => [name, membersWithin(member)]));
}

function membersWithin(schema: unknown): Members | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return membersWithin(schema.unwrap());
  if (schema instanceof z.ZodArray) return membersWithin(schema.element);
  return schema instanceof z.ZodObject ? membersOf(schema) : undefined;
}

/** Walks the known blocks of a JSON value once. What lies below an unknown member is not looked at. */
export function survey(value: unknown, members: Members): Survey {
  const found: Survey = { entries: 0, unknown: [] };
  walk(value, members, "", found);
  return found;
}

function walk(value: unknown, members: Members, path: string, found: Survey): void {
  if (Array.isArray(value)) {
    found.entries += value.length;
    if (found.entries > MOST_ENTRIES) return;
    for (const [index, entry] of value.entries()) walk(entry, members, `${path}[${index}]`, found);
  } else if (isRecord(value)) {
    for (const name of Object.keys(value)) {
      const below = members.get(name);
      if (below !== undefined) walk(value[name], below, joined(path, name), found);
      else if (!members.has(name)) found.unknown.push({ path: joined(path, name), near: nearest(name, members) });
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The caller chose an unknown name, so it may be of any length. */
function joined(path: string, name: string): string {
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  return path === "" ? shown : `${path}.${shown}`;
}

function nearest(name: string, members: Members): string | undefined {
  const lowerCase = name.toLowerCase();
  return [...members.keys()].find((known) => known.toLowerCase() === lowerCase);
}
