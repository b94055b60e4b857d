/** Finds the npm package that is missing or damaged when a program could not be loaded. Plain JavaScript for Node 20. */

/** The messages of Node, esbuild and serverless about a module that they cannot find. */
const NOT_FOUND =
  /Cannot find (?:package|module) '([^']+)'|Invalid package config ([^\s]+)|The package "([^"]+)" could not be found|plugin "([^"]+)" not found/
/** The messages about a file that is cut off. */
const NOT_PARSED = /^(?:file:\/\/)?(\/\S*node_modules\/\S+?):\d+$[\s\S]*?^SyntaxError/m
const OF_PACKAGE = /node_modules\/(?:\.bin\/)?((?:@[^/\s]+\/)?[^/\s:')]+)/g

export const REINSTALL = '`npm ci` installs the packages again'

/**
 * The package that an error's stack, or a log, says could not be loaded; undefined when it tells of no such thing,
 * or of a file of ours.
 * @param {string} text
 * @returns {string | undefined}
 */
export function missingPackage(text) {
  const name = NOT_FOUND.exec(text)?.slice(1).find(Boolean) ?? NOT_PARSED.exec(text)?.[1]
  if (name === undefined) return undefined
  if (name.startsWith('/') || name.startsWith('file:')) return innermost(name)
  // A package imports its own files by relative paths. The stack says which package it was.
  if (name.startsWith('.')) return innermost(/^(?:- |\s+at ).*node_modules.*$/m.exec(text)?.[0] ?? '')
  return /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0]
}

const innermost = path => [...path.matchAll(OF_PACKAGE)].at(-1)?.[1]
