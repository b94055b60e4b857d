/** The Node processes that a soak looks into: what they hold after a collection of garbage, beside what Linux says of them. */
import { connectHeapGauge, type HeapGauge } from '../bench/inspector.ts'
import { processReadings } from './process-readings.ts'
import type { Reading } from './watched.ts'

const MB = 1_000_000

export interface NodeProcess {
  name: string
  pid: number
  /** The inspector says there where it listens. The process runs with INSPECTOR_ON_DEMAND. */
  log: string
}

export interface WatchedProcess {
  /** With the heap the process stands still for a collection: half a second of a busy API. */
  readings(what: { withHeap: boolean }): Promise<Reading[]>
  close(): void
}

/** Throws when its inspector does not answer. */
export async function watchNodeProcess({ name, pid, log }: NodeProcess): Promise<WatchedProcess> {
  const heap: HeapGauge = await connectHeapGauge(log, pid)
  return {
    readings: async ({ withHeap }) => {
      // Memory first: the collection gives some of it back.
      const readings = processReadings(name, pid)
      if (withHeap) readings.push({ kind: 'heap', of: name, value: (await heap.bytesAfterGc()) / MB })
      return readings
    },
    close: () => heap.close(),
  }
}
