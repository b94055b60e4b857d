/** Every function, packaged as it would be uploaded: its size, what is in it, and whether it can be imported with nothing around it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { packageService } from '../../deploy/package/package-service.ts'
import { coldImport, type FunctionPackage, packageProblems, readPackages } from '../../deploy/package/packages.ts'
import { projectRoot } from '../../scripts/local/paths.ts'
import { inServiceFolder, type Template, templateIn } from '../support/compiled-template.ts'

// A bundle and a process for each function: 5 s on a machine of our own, a minute on a busy one.
jest.setTimeout(300_000)

let packages: FunctionPackage[]
let template: Template
let left: { inService: string[]; inProject: string[]; inTemporaryFolder: string[] }

beforeAll(async () => {
  await inServiceFolder(async service => {
    const [inService, inProject] = [service, projectRoot].map(folder => new Set(readdirSync(folder)))
    const folder = await packageService(service)
    packages = readPackages(folder)
    template = templateIn(folder)
    left = {
      inService: readdirSync(service).filter(name => !inService!.has(name)),
      inProject: readdirSync(projectRoot).filter(name => !inProject!.has(name)),
      inTemporaryFolder: readdirSync(join(service, '.temporary')),
    }
  })
})

describe('the packages', () => {
  test('are one for each function', () => {
    const functions = Object.values(template.Resources).filter(it => it.Type === 'AWS::Lambda::Function')
    const names = functions.map(it => it.Properties.FunctionName.replace('payment-backend-dev-', ''))

    expect(packages.map(it => it.name).sort()).toEqual(names.sort())
  })

  test('are all that is left of a run', () => {
    expect(left).toEqual({ inService: ['.serverless', '.temporary'], inProject: [], inTemporaryFolder: [] })
  })

  test('hold one bundle each, none too large', () => {
    expect(packages.flatMap(packageProblems)).toEqual([])
  })

  test('can be imported with an empty environment, and connect to nothing by that', () => {
    for (const it of packages) expect([it.name, coldImport(it, 1).connected]).toEqual([it.name, []])
  })

  // Lambda looks for the file that the template names.
  test('hold the handler where the template says it is', () => {
    for (const { name, files } of packages) {
      const id = `${name[0]!.toUpperCase()}${name.slice(1)}LambdaFunction`
      const { Handler, Code } = template.Resources[id]!.Properties

      expect(Object.keys(files)).toEqual([Handler.replace(/\.handler$/, '.mjs')])
      expect(Code.S3Key).toMatch(new RegExp(`/${name}\\.zip$`))
    }
  })
})
