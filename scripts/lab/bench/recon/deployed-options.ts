/** With which options of Node the deployed functions read and match files. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { projectRoot } from '../../../local/paths.ts'

/** NODE_OPTIONS of deploy/stages/aws.yml. */
export function deployedNodeOptions(): string {
  const { services } = parse(readFileSync(join(projectRoot, 'deploy/stages/aws.yml'), 'utf8'), { merge: true })
  return services.databaseForFiles.NODE_OPTIONS
}
