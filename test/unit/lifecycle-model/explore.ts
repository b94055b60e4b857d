/** Walks through every world that can be reached, breadth first, so that the first problem found has a shortest trace. */
import { Judge } from './judge.ts'
import { stepsFrom, type Variant } from './steps.ts'
import { type Budget, fingerprintOf, type Request, Stage, type World } from './world.ts'

export interface Scenario {
  name: string
  /** Done one after the other, by an honest acquirer, before anything else. */
  before: readonly Request[]
  /** Done at once. */
  requests: readonly Request[]
  budget: Budget
}

export interface Exploration {
  states: number
  transitions: number
  /** Worlds from which nothing more can happen. */
  ends: number
  /** Undefined when every world is sound. */
  violation?: { problems: string[]; trace: string[] }
}

interface Reached {
  world: World
  from?: { reached: Reached; step: string }
}

/** Throws when there are more than `statesMax`: a bound that is met proves nothing. */
export async function explore(scenario: Scenario, variant: Variant, statesMax: number): Promise<Exploration> {
  const stage = new Stage()
  const judge = new Judge(stage)
  const start: Reached = { world: await prepared(stage, scenario, variant) }
  const seen = new Set([fingerprintOf(start.world)])
  let level: Reached[] = [start]
  const found: Exploration = { states: 1, transitions: 0, ends: 0 }
  while (level.length > 0) {
    const next: Reached[] = []
    for (const reached of level) {
      const steps = stepsFrom(reached.world, variant)
      if (steps.length === 0) {
        found.ends++
        const problems = await forgottenIn(stage, reached.world)
        if (problems.length > 0) return { ...found, violation: { problems, trace: traceOf(reached.from!) } }
      }
      for (const step of steps) {
        found.transitions++
        const from = { reached, step: step.name }
        let world: World
        try {
          world = await step.take(stage)
        } catch (error) {
          return { ...found, violation: { problems: [String(error)], trace: traceOf(from) } }
        }
        const fingerprint = fingerprintOf(world)
        if (seen.has(fingerprint)) continue
        seen.add(fingerprint)
        if (++found.states > statesMax) throw new Error(`${scenario.name}: more than ${statesMax} states`)
        const problems = judge.problemsOf(world)
        if (problems.length > 0) return { ...found, violation: { problems, trace: traceOf(from) } }
        next.push({ world, from })
      }
    }
    level = next
  }
  return found
}

function traceOf(from: NonNullable<Reached['from']>): string[] {
  const steps: string[] = []
  for (let at: Reached['from'] = from; at !== undefined; at = at.reached.from) steps.unshift(at.step)
  return steps
}

const LATER = Number.MAX_SAFE_INTEGER

/** Operations that are pending, and that the job would never find. */
async function forgottenIn(stage: Stage, world: World): Promise<string[]> {
  stage.enter(world)
  const times = { nowMs: LATER, leaseUntilMsMax: LATER, virtualNowMs: LATER, nextAttemptAtMsMax: LATER }
  const due = new Set(await stage.operations.due(times, LATER))
  const pending = stage.operations.table.rows().filter(({ state }) => state === 'PENDING')
  return pending
    .filter(({ operationId }) => !due.has(operationId))
    .map(({ operationId }) => `${operationId} is forgotten`)
}

const NO_MISHAPS: Budget = { crashes: 0, timeouts: 0, duplicates: 0, leases: 0, windows: 0 }

/** The world after `before`: each request to its end, without mishaps. */
async function prepared(stage: Stage, { before, requests, budget }: Scenario, variant: Variant): Promise<World> {
  let world = stage.empty([], NO_MISHAPS)
  for (const request of before) {
    world = { ...world, actors: [{ request, phase: 'ready' }] }
    for (let [step] = stepsFrom(world, variant); step !== undefined; [step] = stepsFrom(world, variant))
      world = await step.take(stage)
  }
  return { ...world, budget, actors: requests.map(request => ({ request, phase: 'ready' })) }
}
