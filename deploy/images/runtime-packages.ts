/** Cuts package.json down to what runs in the API's image; the versions stay those of package-lock.json. */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Development dependencies of the project. In this image they are the server. */
const servers = ['serverless', 'serverless-offline', 'serverless-offline-kafka-events']

export interface Manifest {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  [field: string]: unknown
}

/** Throws when package.json no longer names one of the servers. */
export function runtimeManifest({
  devDependencies,
  optionalDependencies: _,
  workspaces: __,
  ...manifest
}: Manifest): Manifest {
  const picked = servers.map(name => {
    const range = devDependencies[name]
    if (range === undefined) throw new Error(`package.json: "${name}" is no dev dependency any more`)
    return [name, range]
  })
  const dependencies = { ...manifest.dependencies, ...Object.fromEntries(picked) }
  return { ...manifest, dependencies, devDependencies: {} }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
  writeFileSync('package.json', `${JSON.stringify(runtimeManifest(manifest), null, 2)}\n`)
}
