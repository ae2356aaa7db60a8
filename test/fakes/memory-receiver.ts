import type { Received, Receiver } from "../../shared/webhook/receiver.ts";

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Answer = Partial<Received> & {
  /** What happens before the answer comes. */
  readonly meanwhile?: () => Promise<unknown>;
};

/** Servers that answer 200 to everything, but for what each URL was told to answer next. */
export function memoryReceiver(): Receiver & {
  readonly posts: Post[];
  will(url: string, ...answers: Answer[]): void;
  /** From now on, whenever it was told nothing else. */
  always(url: string, answer: Answer): void;
} {
  const posts: Post[] = [];
  const next = new Map<string, Answer[]>();
  const otherwise = new Map<string, Answer>();

  return {
    posts,
    will: (url, ...answers) => void next.set(url, [...(next.get(url) ?? []), ...answers]),
    always: (url, answer) => void otherwise.set(url, answer),
    async post(url, headers, body) {
      posts.push({ url, headers, body });
      const { meanwhile, ...answer } = next.get(url)?.shift() ?? otherwise.get(url) ?? { status: 200 };
      await meanwhile?.();
      return { latencyMs: 5, ...answer };
    },
  };
}
