/** Asks a Node process for a CPU profile, or for the size of its heap, over its inspector. */
import { readFileSync } from 'node:fs'
import { until } from '../../../shared/runtime/until.ts'
import type { CpuProfile } from './cpu-profile.ts'

export interface Profiler {
  start(): Promise<void>
  stop(): Promise<CpuProfile>
  close(): void
}

export interface HeapGauge {
  /** What is used once nothing is left that could be collected. Holds the process up as long as that takes. */
  bytesAfterGc(): Promise<number>
  close(): void
}

const SAMPLING_INTERVAL_US = 500

/** The process runs with `--inspect=127.0.0.1:0` and says in its log where it listens: the last one that logged there. */
export async function connectProfiler(log: string): Promise<Profiler> {
  const { ask, close } = await connectInspector(log)
  await ask('Profiler.enable')
  await ask('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US })
  return {
    start: async () => {
      await ask('Profiler.start')
    },
    stop: async () => (await ask('Profiler.stop')).profile as CpuProfile,
    close,
  }
}

/** Likewise; or the process runs with INSPECTOR_ON_DEMAND and is told here to listen. */
export async function connectHeapGauge(log: string, pid?: number): Promise<HeapGauge> {
  if (pid !== undefined) process.kill(pid, 'SIGUSR1')
  const { ask, close } = await connectInspector(log)
  return {
    bytesAfterGc: async () => {
      await ask('HeapProfiler.collectGarbage')
      return Number((await ask('Runtime.getHeapUsage')).usedSize)
    },
    close,
  }
}

/** Node's option with which SIGUSR1 opens the inspector at a free port, not at 9229. */
export const INSPECTOR_ON_DEMAND = '--inspect-port=127.0.0.1:0'

async function connectInspector(log: string) {
  const url = await until(
    () => [...readFileSync(log, 'utf8').matchAll(/Debugger listening on (ws:\S+)/g)].at(-1)?.[1],
    {
      what: `the inspector's address in ${log}`,
      deadlineMs: 10_000,
    },
  )
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  return { ask: asker(socket), close: () => socket.close() }
}

type InspectorAnswer = Record<string, unknown>

function asker(socket: WebSocket) {
  const waiting = new Map<number, (message: { result?: InspectorAnswer; error?: { message: string } }) => void>()
  let next = 1
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data))
    waiting.get(message.id)?.(message)
    waiting.delete(message.id)
  })
  socket.addEventListener('close', () => {
    for (const answer of waiting.values()) answer({ error: { message: 'the inspector is gone' } })
  })
  return (method: string, params: object = {}): Promise<InspectorAnswer> =>
    new Promise((resolve, reject) => {
      if (socket.readyState !== WebSocket.OPEN) return reject(new Error('the inspector is gone'))
      const id = next++
      waiting.set(id, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result ?? {})))
      socket.send(JSON.stringify({ id, method, params }))
    })
}
