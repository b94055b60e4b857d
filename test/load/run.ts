/** How each run begins and ends: a seed for its keys, and what the check of the books has found. */
import { check } from 'k6'
import { setTimeout } from 'k6/timers'
import { readInvariants } from './api.ts'
import { invariantsWaitMs, type RunData } from './settings.ts'

const POLL_MS = 2_000

/** Called once, before the first iteration. */
export function begin(): RunData {
  const seed = __ENV.SEED || `run-${Date.now().toString(36)}-${Math.floor(Math.random() * 1e6).toString(36)}`
  console.log(`seed ${seed}`)
  return { seed }
}

interface Invariants {
  lastRun?: { finishedAt: string; failed: number } | null
  rules?: { name: string; failed: number | null }[]
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(() => resolve(), ms))

/** Called once, after the last iteration: no rule that the job `check-invariants` has judged may be broken. */
export async function end(): Promise<void> {
  const sinceMs = Date.now()
  let answer = await readInvariants()
  const isFresh = (): boolean => Date.parse((answer.json as Invariants).lastRun?.finishedAt ?? '') > sinceMs
  while (!isFresh() && Date.now() < sinceMs + invariantsWaitMs) {
    await pause(POLL_MS)
    answer = await readInvariants()
  }
  const { rules = [], lastRun } = answer.json as Invariants
  check(answer, {
    'invariants: answered': () => answer.status === 200 && rules.length > 0,
    'invariants: none is broken': () => rules.every(rule => !rule.failed) && !lastRun?.failed,
    'invariants: checked after the load, where the run waits for it': () => invariantsWaitMs === 0 || isFresh(),
  })
}
