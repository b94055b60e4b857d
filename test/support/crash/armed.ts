/** Arms a crash point of a process that has loaded crash-at.mjs, and sees whether the process has come to it. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { crashPoints as kafkaEventsPoints } from '../../../plugins/kafka-events/src/crash-points.ts'
import { crashPoints } from '../../../shared/contracts/crash-points.ts'

export interface CrashAt {
  point: string
  /** The process dies when it comes to the point for this time, counted from 1. */
  hits: number
  /** Only with records of this topic, or for this consumer group; for points of the Kafka trigger. */
  of?: string
}

export const ARMED_FILE = 'crash-at'
const SUBSCRIBER = join(import.meta.dirname, 'crash-at.mjs')
const CRASH_POINTS = [...crashPoints, ...kafkaEventsPoints].join(',')

/** For every Node process that inherits it; all of them watch the same file. */
export const crashEnvironment = (armedFile: string): Record<string, string> => ({
  NODE_OPTIONS: `--import=${pathToFileURL(SUBSCRIBER).href}`,
  CRASH_POINTS,
  CRASH_FILE: armedFile,
})

/** For a function whose package holds the subscriber. Each function has a file of its own, in the folder that it may write. */
export const packagedCrashEnvironment = { NODE_OPTIONS: `--import=./${ARMED_FILE}.mjs`, CRASH_POINTS }

export const subscriberSource = (): Uint8Array => readFileSync(SUBSCRIBER)

/** Runs `act`, and says whether a process has died there by its end. */
export async function isKilledAt(armedFile: string, at: CrashAt, act: () => Promise<unknown>): Promise<boolean> {
  writeFileSync(armedFile, JSON.stringify(at))
  try {
    await act()
    return !existsSync(armedFile)
  } finally {
    rmSync(armedFile, { force: true })
  }
}

/** Runs `act`, in which a process must die there. Throws when none has come to the point so often. */
export async function killedAt(armedFile: string, at: CrashAt, act: () => Promise<unknown>): Promise<void> {
  if (!(await isKilledAt(armedFile, at, act))) throw new Error(`nothing died at ${JSON.stringify(at)}`)
}
