/** Reads a file of an acquirer or a bank to its end, from bytes that are cut anywhere. */
import type { ReadContext, ReadFile, ReadLine, ReadLines } from '../../shared/reconciliation/ports.ts'

/** The pieces between the cuts, in their order. */
export async function* bytesOf(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array, void, void> {
  let from = 0
  for (const to of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    yield bytes.subarray(from, to)
    from = to
  }
}

export async function readAll(
  read: ReadLines,
  of: string | Uint8Array | AsyncIterable<Uint8Array>,
  context: ReadContext,
): Promise<{ lines: ReadLine[]; file: ReadFile }> {
  const bytes = typeof of === 'string' ? Buffer.from(of) : of
  const reading = read(bytes instanceof Uint8Array ? bytesOf(bytes, []) : bytes, context)
  const lines: ReadLine[] = []
  for (;;) {
    const next = await reading.next()
    if (next.done === true) return { lines, file: next.value }
    lines.push(next.value)
  }
}
