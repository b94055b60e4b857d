/**
 * A system whose work only packaged functions do: services of its own, its local API stopped, `serverless package` deployed on it.
 * Of its own, because topics and groups have fixed names: beside the local API both would read the same records, and `verify` would
 * find events of a strange database in the topics.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linkService, packageService } from '../../../deploy/package/package-service.ts'
import { connectControl } from '../../../scripts/local/control.ts'
import { dataRoot } from '../../../scripts/local/paths.ts'
import { type OwnSystem, startOwnSystem } from '../own-system.ts'
import type { SystemUnderTest } from '../system.ts'
import { DeployedService } from './deployed-service.ts'

export interface DeployedSystem {
  system: SystemUnderTest
  service: DeployedService
  stop(): Promise<void>
}

/** Of the functions only `keys` are packaged: all of them take half a minute, and test/full/package-bundles.test.ts sees to those. */
export async function startDeployedSystem(name: string, keys: readonly string[]): Promise<DeployedSystem> {
  mkdirSync(dataRoot, { recursive: true })
  const work = mkdtempSync(join(dataRoot, `${name}-package-`))
  const [own, packaged] = await Promise.allSettled([startServices(name), packageInto(join(work, 'service'), keys)])
  const stop = async () => {
    rmSync(work, { recursive: true, force: true })
    if (own.status === 'fulfilled') await own.value.stop()
  }
  try {
    if (own.status === 'rejected') throw own.reason
    if (packaged.status === 'rejected') throw packaged.reason
    const { system } = own.value
    const { databaseUrl, kafkaBrokers, redisUrl, acquirerUrl, bankUrl, logsFolder } = system
    const services = { databaseUrl, kafkaBrokers, redisUrl, acquirerUrl, bankUrl }
    const service = await DeployedService.deploy({ packageFolder: packaged.value, logsFolder, ...services })
    const stopAll = async () => {
      await service.close()
      await stop()
    }
    return { system, service, stop: stopAll }
  } catch (error) {
    await stop()
    throw error
  }
}

function packageInto(folder: string, keys: readonly string[]): Promise<string> {
  linkService(folder)
  const description = join(folder, 'serverless.yml')
  writeFileSync(description, withFunctions(readFileSync(description, 'utf8'), keys))
  return packageService(folder)
}

/** The description without the other functions. Its text, because serverless's variables are more than YAML. */
function withFunctions(description: string, keys: readonly string[]): string {
  const [, before, functions, after] = /^(.*^functions:\n)(.*?)(^\w.*)$/ms.exec(description)!
  const definitions = new Map(
    functions!.split(/^(?= {2}\w+:$)/m).map(text => [/^ {2}(\w+):$/m.exec(text)![1]!, text] as const),
  )
  const wanted = keys.map(key => {
    const definition = definitions.get(key)
    if (definition === undefined) throw new Error(`serverless.yml has no function "${key}"`)
    return definition
  })
  return [before, ...wanted, after].join('')
}

async function startServices(name: string): Promise<OwnSystem> {
  const own = await startOwnSystem(name)
  await connectControl(join(own.system.logsFolder, '..', 'run.json')).stop('api')
  return own
}
