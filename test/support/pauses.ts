/** Pauses services under the load of the kill tool's clients, and reckons up afterwards. */
import { expect } from '@jest/globals'
import { type Fault, victims } from '../../scripts/lab/kill/rounds.ts'
import { failuresOf, killRun } from '../../scripts/lab/kill/run.ts'
import { connectControl } from '../../scripts/local/control.ts'
import { findSystem } from '../../scripts/operate/find-system.ts'

/**
 * Each service in turn for each of the times. Afterwards everything is up, every event is published, every record has arrived,
 * and what every client was told, and is told again for the same key = database = Kafka = ledger.
 */
export async function expectPausesSurvived(pausesMs: number[], seed: number): Promise<void> {
  const system = await findSystem(undefined, process.env)
  const said: string[] = []
  const faults = pausesMs.flatMap(pauseMs => victims.map((victim): Fault => ({ victim, kind: 'pause', pauseMs })))
  const options = { seed, faults: () => faults, paymentsMin: 50, days: 0, say: (line: string) => void said.push(line) }
  const result = await killRun(system, connectControl(), options)
  expect({ failures: failuresOf(result), mismatches: result.mismatches.slice(0, 5), said }).toMatchObject({
    failures: [],
    mismatches: [],
  })
  expect(result.faults.map(({ fault }) => fault)).toEqual(faults)
}

/** After a test that failed half-way. */
export async function resumeAll(): Promise<void> {
  const control = connectControl()
  for (const victim of victims) await control.start(victim)
}
