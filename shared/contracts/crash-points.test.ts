import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, test } from '@jest/globals'
import { crashPoints, reached } from './crash-points.ts'

test('a point tells those who listen to it, and nobody else', () => {
  const heard: [unknown, string | symbol][] = []
  const listen = (message: unknown, name: string | symbol) => void heard.push([message, name])
  subscribe('payments:claimed', listen)
  reached('payments:claimed')
  reached('payments:answered')
  unsubscribe('payments:claimed', listen)
  reached('payments:claimed')
  expect(heard).toEqual([['payments:claimed', 'payments:claimed']])
})

test('each point has its name once', () => {
  expect(new Set(crashPoints).size).toBe(crashPoints.length)
})
