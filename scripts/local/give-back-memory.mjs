/**
 * Gives memory that a process of ours no longer needs back to the machine when it has nothing to do. Node keeps what its heap has
 * grown to, by a start or by load, for as long as the machine has any left.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const LOOK_EACH_MS = 10_000
/** Of one core. A waiting API with its jobs needs less. */
const QUIET_CPU_SHARE = 0.05
/** A pause between two loads is not enough: with a small young generation the next one begins a fifth slower. */
const QUIET_LOOKS_MIN = 6
/** A collection stops the process for a tenth of a second, so it has to be worth that. */
const GROWN_BYTES_MIN = 24 * 1_048_576

/** What is to be called each `everyMs`: collects once whenever the heap has grown and the process has been quiet for six looks. */
export function createLook({ cpuMs, heapBytes, collect }, everyMs = LOOK_EACH_MS) {
  let lastCpuMs = cpuMs()
  let keptBytes = 0
  let quietLooks = 0
  return () => {
    const usedMs = cpuMs() - lastCpuMs
    lastCpuMs += usedMs
    quietLooks = usedMs > everyMs * QUIET_CPU_SHARE ? 0 : quietLooks + 1
    if (quietLooks < QUIET_LOOKS_MIN || heapBytes() < keptBytes + GROWN_BYTES_MIN) return
    collect()
    keptBytes = heapBytes()
  }
}

/** Begins to look. Keeps no process alive. */
export function giveBackMemory(everyMs = LOOK_EACH_MS) {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc')
  const look = createLook(
    {
      cpuMs: () => (process.cpuUsage().user + process.cpuUsage().system) / 1_000,
      heapBytes: () => getHeapStatistics().total_physical_size,
      // The only one after which V8 also gives up the room of the young generation.
      collect: () => gc({ type: 'major', flavor: 'last-resort' }),
    },
    everyMs,
  )
  setInterval(look, everyMs).unref()
}
