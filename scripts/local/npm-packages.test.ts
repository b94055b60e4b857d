import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { StepFailure } from '../terminal/output.ts'
import { missingPackages, requirePackages } from './npm-packages.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'npm-packages-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function install(...places: string[]) {
  for (const place of places) {
    mkdirSync(join(root, place), { recursive: true })
    writeFileSync(join(root, place, 'package.json'), '{}')
  }
  const packages = Object.fromEntries(places.map(place => [place, {}]))
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }))
}

test('what npm installed and somebody deleted is named, with what to do', () => {
  install('node_modules/zod', 'node_modules/@middy/core', 'node_modules/zod/node_modules/inner', 'web')
  expect(missingPackages(root)).toEqual([])
  requirePackages(root)

  rmSync(join(root, 'node_modules/@middy'), { recursive: true })
  rmSync(join(root, 'node_modules/zod/node_modules/inner'), { recursive: true })
  expect(missingPackages(root)).toEqual(['@middy/core', 'inner'])
  expect(() => requirePackages(root)).toThrow(new StepFailure('packages are missing: @middy/core, inner'))
})

test('of many, some are named', () => {
  install(...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(name => `node_modules/${name}`))
  for (const name of 'abcdefg') rmSync(join(root, 'node_modules', name), { recursive: true })
  expect(() => requirePackages(root)).toThrow('packages are missing: a, b, c, d, e and 2 more')
})

test('where npm left no list, nothing is known to be missing', () => {
  expect(missingPackages(root)).toEqual([])
})
