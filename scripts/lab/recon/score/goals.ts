/** What a score must reach, and how it is shown. */
import type { ClassScore, UnkeyedScore } from './compare.ts'
import type { WorldScore } from './score-world.ts'

const UNKEYED_RECALL = 0.99

export interface Total {
  classes: ClassScore[]
  all: ClassScore
  unkeyed: UnkeyedScore
  lines: number
  files: number
  disputes: number
  /** How often each mutation was planted. */
  planted: Record<string, number>
  /** Why the goals are missed, in words; empty: they are reached. */
  problems: string[]
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole)

const sum = <Row>(rows: readonly Row[], of: (row: Row) => number): number =>
  rows.reduce((total, row) => total + of(row), 0)

function together(name: string, scores: readonly ClassScore[]): ClassScore {
  const planted = sum(scores, score => score.planted)
  const found = sum(scores, score => score.found)
  const right = sum(scores, score => score.right)
  return { class: name, planted, found, right, recall: shareOf(right, planted), precision: shareOf(right, found) }
}

function unkeyedTogether(scores: readonly UnkeyedScore[]): UnkeyedScore {
  const planted = sum(scores, score => score.planted)
  const right = sum(scores, score => score.right)
  const taken = sum(scores, score => score.taken)
  const takenRightly = sum(scores, score => score.takenRightly)
  return {
    ...{ planted, right, taken, takenRightly },
    recall: shareOf(right, planted),
    precision: shareOf(takenRightly, taken),
  }
}

/** Of all worlds together. */
export function totalOf(worlds: readonly WorldScore[]): Total {
  const scores = worlds.flatMap(({ classes }) => classes)
  const names = [...new Set(scores.map(score => score.class))].toSorted()
  const classes = names.map(name =>
    together(
      name,
      scores.filter(score => score.class === name),
    ),
  )
  const unkeyed = unkeyedTogether(worlds.map(world => world.unkeyed))
  const all = together('all', classes)
  return {
    ...{ classes, all, unkeyed },
    lines: sum(worlds, world => world.lines),
    files: sum(worlds, world => world.files),
    disputes: sum(worlds, world => world.disputes),
    planted: plantedIn(worlds),
    problems: [...missedGoals(all, unkeyed), ...worlds.flatMap(problemsOf)],
  }
}

function plantedIn(worlds: readonly WorldScore[]): Record<string, number> {
  const mutations = [...new Set(worlds.flatMap(({ planted }) => Object.keys(planted)))].toSorted()
  return Object.fromEntries(mutations.map(name => [name, sum(worlds, ({ planted }) => planted[name] ?? 0)]))
}

function missedGoals(all: ClassScore, unkeyed: UnkeyedScore): string[] {
  return [
    ...(all.recall < 1 ? [`recall is ${all.recall.toFixed(4)}`] : []),
    ...(all.precision < 1 ? [`precision is ${all.precision.toFixed(4)}`] : []),
    ...(unkeyed.precision < 1 ? [`precision without a reference is ${unkeyed.precision.toFixed(4)}`] : []),
    ...(unkeyed.recall < UNKEYED_RECALL ? [`recall without a reference is ${unkeyed.recall.toFixed(4)}`] : []),
  ]
}

const problemsOf = (world: WorldScore): string[] =>
  [
    ...world.missed.map(text => `missed: ${text}`),
    ...world.wrong.map(text => `found for nothing: ${text}`),
    ...world.otherAmounts.map(text => `another amount: ${text}`),
    ...world.wrongDisputes.map(text => `dispute: ${text}`),
    ...world.wrongFiles.map(text => `file: ${text}`),
    ...world.wrongBalances.map(text => `account: ${text}`),
  ].map(text => `seed ${world.seed}: ${text}`)

const share = (value: number): string => value.toFixed(4)

/** A row a class, the sum of them, and lines without a reference. */
export function tableOf({ classes, all, unkeyed }: Total): string[][] {
  const row = ({ class: name, planted, found, right, recall, precision }: ClassScore) => [
    ...[name, String(planted), String(found), String(right)],
    ...[share(recall), share(precision)],
  ]
  const { planted, taken, right, recall, precision } = unkeyed
  return [
    ['class', 'planted', 'found', 'right', 'recall', 'precision'],
    ...classes.map(row),
    row(all),
    ['without a reference', ...[planted, taken, right].map(String), share(recall), share(precision)],
  ]
}
