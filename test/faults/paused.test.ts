/** Each service is paused under load, shorter and longer than its clients wait: what every client was told = database = Kafka = ledger. */
import { afterAll, expect, test } from '@jest/globals'
import { type Fault, victims } from '../../scripts/kill/rounds.ts'
import { failuresOf, killRun } from '../../scripts/kill/run.ts'
import { connectControl } from '../../scripts/system/control.ts'
import { findSystem } from '../../scripts/verify/find-system.ts'

const SEED = 20_261_128
const PAUSES_MS = [18_000, 5_000]

const control = connectControl()

afterAll(async () => {
  for (const victim of victims) await control.start(victim)
}, 120_000)

test(`kafka, mariadb, redis and the API are paused in turn for 18 and 5 s (seed ${SEED})`, async () => {
  const system = await findSystem(undefined, process.env)
  const said: string[] = []
  const faults = PAUSES_MS.flatMap(pauseMs => victims.map((victim): Fault => ({ victim, kind: 'pause', pauseMs })))
  const options = { seed: SEED, faults: () => faults, paymentsMin: 50, say: (line: string) => void said.push(line) }
  const result = await killRun(system, control, options)
  expect({ failures: failuresOf(result), mismatches: result.mismatches.slice(0, 5), said }).toMatchObject({
    failures: [],
    mismatches: [],
  })
  expect(result.faults.map(({ fault }) => fault)).toEqual(faults)
}, 900_000)
