/**
 * Books, files and truth of a made-up world, by a seed: what is done on each of its days, in order, and what must be found. It knows the
 * documents and nothing of the product, and keeps a day of it in memory at a time.
 */
import { AcquirerDays } from './acquirer-days.ts'
import { BankDays } from './bank-days.ts'
import { addDays, daysFromTo } from './days.ts'
import type { Step } from './truth.ts'
import { endOf, type GeneratorOptions, type Season, seasonsOf, World } from './world.ts'

interface Parts {
  world: World
  acquirer: AcquirerDays
  bank: BankDays
}

export function* generate(options: GeneratorOptions): Generator<Step> {
  const world = new World(options.seed)
  const parts: Parts = { world, acquirer: new AcquirerDays(world, options), bank: new BankDays(world, options) }
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
    yield* acquirer.files(season)
    for (const batch of acquirer.due.splice(0)) bank.deposit(batch, season)
  } else {
    yield* acquirer.late()
    yield { kind: 'books', day, rows: world.takeRows() }
  }
  yield* bank.statements()
  yield* told(world)
  yield { kind: 'match', day }
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
}
