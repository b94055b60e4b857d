/** One kill of each service under load: what every client was told = database = Kafka = ledger. */
import { expect, test } from '@jest/globals'
import { drawFaults } from '../../scripts/lab/kill/rounds.ts'
import { failuresOf, killRun } from '../../scripts/lab/kill/run.ts'
import type { Random } from '../../scripts/lab/random.ts'
import { connectControl } from '../../scripts/local/control.ts'
import { findSystem } from '../../scripts/operate/find-system.ts'
import { whileJobsRun } from '../support/jobs.ts'

const SEED = 20_260_101

test(`kafka, mariadb, redis and the API are killed in turn (seed ${SEED})`, async () => {
  const system = await findSystem(undefined, process.env)
  const said: string[] = []
  const options = {
    seed: SEED,
    faults: (random: Random) => drawFaults(random, { rounds: 0, each: true, pauseMsMax: 0 }),
    paymentsMin: 50,
    // The clock of the system under test is others', too.
    days: 0,
    say: (line: string) => void said.push(line),
  }
  // What a kill leaves behind is theirs.
  const jobs = ['sweepOutbox', 'resolveUnknown']
  const result = await whileJobsRun(process.env.PAY_RUN_FILE!, jobs, () => killRun(system, connectControl(), options))
  expect({ failures: failuresOf(result), mismatches: result.mismatches.slice(0, 5), said }).toMatchObject({
    failures: [],
    mismatches: [],
  })
  expect(result.faults.map(({ fault }) => fault.victim).sort()).toEqual(['api', 'kafka', 'mariadb', 'redis'])
  expect(Math.min(...result.faults.map(({ inFlight }) => inFlight))).toBeGreaterThan(0)
  expect(result.payments).toBeGreaterThanOrEqual(50)
  expect(result.operators.asked).toBeGreaterThan(0)
  expect(result.operators.entries).toBe(result.operators.asked)
}, 600_000)
