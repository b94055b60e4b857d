/** Every crash point is reached somewhere in the product, and the crash matrix kills a process there. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { crashPoints as kafkaEventsPoints } from '../../plugins/kafka-events/src/crash-points.ts'
import { crashPoints } from '../../shared/contracts/crash-points.ts'
import {
  apiCells,
  bankPoints,
  batchPoints,
  jobPoints,
  matrix,
  nameOf,
  sample,
  settlementPoints,
} from '../support/crash/cells.ts'
import { operationNames } from '../support/crash/operations.ts'
import { repositoryFolder } from '../support/system.ts'

const allPoints: readonly string[] = [...crashPoints, ...kafkaEventsPoints]

const sources = ['shared', 'sandbox', 'plugins/kafka-events/src'].flatMap(place =>
  readdirSync(join(repositoryFolder, place), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.ts$/.test(name) && !/\.test\.ts$/.test(name))
    .map(name => readFileSync(join(repositoryFolder, place, name), 'utf8')),
)

test.each(allPoints)('%s is reached in the product', point => {
  expect(sources.filter(source => source.includes(`reached('${point}'`))).not.toEqual([])
})

test('the matrix has every point, each with every operation that passes it', () => {
  const elsewhere = [...jobPoints, ...settlementPoints, ...bankPoints, ...batchPoints]
  const killedAt = new Set([...[...matrix, ...apiCells].map(({ point }) => point), ...elsewhere])
  expect([...killedAt].toSorted()).toEqual(allPoints.toSorted())
  for (const point of crashPoints.filter(point => /^(payments|relay|acquirer|database):/.test(point))) {
    const operations = new Set(matrix.filter(cell => cell.point === point).map(({ operation }) => operation))
    const passing = operationNames.filter(name => point !== 'payments:postponed' || name !== 'expire')
    expect([point, [...operations].toSorted()]).toEqual([point, passing.toSorted()])
  }
})

test('the sample has every point, and each cell has a name of its own', () => {
  expect(new Set(sample.map(({ point }) => point))).toEqual(new Set(matrix.map(({ point }) => point)))
  const names = matrix.map(nameOf)
  expect(new Set(names).size).toBe(names.length)
})
