/** Changes one part of the running system on request. */
import { formatDuration } from '../terminal/output.ts'
import { connectControl } from './control.ts'
import type { ProcessName } from './run-file.ts'

export const actions = ['stop', 'start', 'kill', 'pause', 'resume'] as const

/** Resolves to 0 when it is done. Throws when nothing runs, or when the part is not in a state for it. */
export async function changeService(action: (typeof actions)[number], name: ProcessName): Promise<number> {
  const startMs = performance.now()
  const row = await connectControl()[action](name)
  console.log(`${row.name} is ${row.state} (${formatDuration(performance.now() - startMs)})`)
  return 0
}
