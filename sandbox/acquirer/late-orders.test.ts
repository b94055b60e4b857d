import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { LateOrders } from './late-orders.ts'
import { authorizeOrder, opOf } from './sample-orders.ts'

let arrived: string[]
let late: LateOrders

beforeEach(() => {
  jest.useFakeTimers()
  arrived = []
  late = new LateOrders(1_000, operationId => arrived.push(operationId))
})
afterEach(() => {
  jest.useRealTimers()
})

test('a late order arrives so long after the first question about it, and never unasked', () => {
  late.keep(opOf(1), authorizeOrder())
  jest.advanceTimersByTime(3_600_000)
  late.askedFor(opOf(1))
  jest.advanceTimersByTime(600)
  late.askedFor(opOf(1))
  jest.advanceTimersByTime(399)
  expect(arrived).toEqual([])
  jest.advanceTimersByTime(1)
  expect(arrived).toEqual([opOf(1)])
})

test('one that arrived is forgotten', () => {
  late.keep(opOf(1), authorizeOrder())
  late.askedFor(opOf(1))
  jest.runAllTimers()
  late.askedFor(opOf(1))
  jest.runAllTimers()
  expect(arrived).toEqual([opOf(1)])
})

test('a question about another operation brings nothing', () => {
  late.keep(opOf(1), authorizeOrder())
  late.askedFor(opOf(2))
  jest.runAllTimers()
  expect(arrived).toEqual([])
})

test('the same order may be kept again, another one under its id may not', () => {
  expect(late.keep(opOf(1), authorizeOrder())).toBe(true)
  expect(late.keep(opOf(1), authorizeOrder())).toBe(true)
  expect(late.keep(opOf(1), authorizeOrder({ amount: 1 }))).toBe(false)
})

test('none arrives once all are forgotten, and the oldest is forgotten when there are too many', () => {
  for (let number = 0; number <= 10_000; number++) late.keep(opOf(number), authorizeOrder())
  late.askedFor(opOf(0))
  late.askedFor(opOf(1))
  jest.runAllTimers()
  expect(arrived).toEqual([opOf(1)])
  late.askedFor(opOf(2))
  late.forgetAll()
  jest.runAllTimers()
  expect(arrived).toEqual([opOf(1)])
})
