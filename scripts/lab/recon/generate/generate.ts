/**
 * Books, files and truth of a made-up world, by a seed: what is done on each of its days, in order, and what must be found. It knows the
 * documents and nothing of the product, and keeps a day of it in memory at a time.
 */
import { AcquirerDays } from './acquirer-days.ts'
import { BankDays } from './bank-days.ts'
import { addDays, daysFromTo, startOf } from './days.ts'
import { SETTLED_FROM } from './dispute-faults.ts'
import { acquirerTerms, merchantTerms } from './dispute-terms.ts'
import type { Step } from './truth.ts'
import { endOf, type GeneratorOptions, type Season, seasonsOf, World } from './world.ts'

/** How often the jobs run beside what they must. */
const AGED = 0.5
const MATCHED_BETWEEN = 0.2

interface Parts {
  world: World
  acquirer: AcquirerDays
  bank: BankDays
}

export function* generate(options: GeneratorOptions): Generator<Step> {
  const world = new World(options.seed)
  const parts: Parts = { world, acquirer: new AcquirerDays(world, options), bank: new BankDays(world, options) }
  yield { kind: 'begin', settledFromMs: startOf(SETTLED_FROM) }
  world.rows.merchantTerms.push(...merchantTerms())
  world.rows.acquirerTerms.push(...acquirerTerms())
  for (const season of seasonsOf(options.lines)) yield* seasonOf(parts, season)
  const { balances, planted, lineCount: lines } = world
  const unplanted = [...parts.acquirer.unplanted, ...parts.bank.unplanted]
  yield { kind: 'balances', balances, planted, unplanted, lines }
}

function* seasonOf(parts: Parts, season: Season): Generator<Step> {
  for (const day of daysFromTo(season.saleDays[0]!, endOf(season))) yield* dayOf(parts, season, day)
  yield { kind: 'age', day: season.agedOn }
  yield* lateDay(parts, addDays(season.agedOn, 1))
}

function* dayOf({ world, acquirer, bank }: Parts, season: Season, day: string): Generator<Step> {
  world.day = day
  const isSaleDay = season.saleDays.includes(day)
  if (isSaleDay) {
    acquirer.sell(season)
    bank.payOut(season)
    bank.plantUnknown(season)
    yield { kind: 'books', day, rows: world.takeRows() }
    yield* matchedAtTimes(world, acquirer.files(season))
    for (const batch of acquirer.due.splice(0)) bank.deposit(batch, season)
  } else {
    yield* acquirer.late()
    yield { kind: 'books', day, rows: world.takeRows() }
  }
  yield* bank.statements()
  yield* told(world)
  yield { kind: 'match', day }
  for (const externalRef of acquirer.lost.splice(0)) yield { kind: 'lose', day, externalRef }
  // Each minute in the product; nothing must depend on how often.
  if (world.random.fraction() < AGED) yield { kind: 'age', day }
}

/** The job runs each minute: some files are matched before others come. */
function* matchedAtTimes(world: World, steps: Generator<Step>): Generator<Step> {
  for (const step of steps) {
    yield step
    if (world.random.fraction() < MATCHED_BETWEEN) yield { kind: 'match', day: world.day }
  }
}

/** What comes after the rest of its season was found to be missing. */
function* lateDay({ world, acquirer }: Parts, day: string): Generator<Step> {
  world.day = day
  yield* acquirer.late()
  yield* told(world)
  yield { kind: 'match', day }
}

function* told(world: World): Generator<Step> {
  for (const row of world.takeTruths()) yield { kind: 'truth', row }
  for (const row of world.takeDisputes()) yield { kind: 'dispute', row }
}
