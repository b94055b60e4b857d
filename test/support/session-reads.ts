/** What a statement reads of indexes and tables, by the counters of its own session. */
import type { TestDatabase } from './database.ts'

/** Entries of indexes and rows of tables that were read on this one connection, without those of a sort. */
export async function readsOf<T>(single: TestDatabase, work: () => Promise<T>): Promise<{ result: T; reads: number }> {
  const readsSoFar = async () => {
    const rows = await single.rows<{ Variable_name: string; Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'")
    const ofIndexes = rows.filter(({ Variable_name: name }) => !name.startsWith('Handler_read_rnd'))
    return ofIndexes.reduce((sum, { Value }) => sum + Number(Value), 0)
  }
  const before = await readsSoFar()
  const result = await work()
  return { result, reads: (await readsSoFar()) - before }
}
