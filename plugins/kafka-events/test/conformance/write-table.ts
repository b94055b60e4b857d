/** Writes docs/conformance.md from the rows. */
import { writeFileSync } from 'node:fs'
import { topics } from './rows/index.ts'
import { tableText } from './support/table.ts'

writeFileSync(new URL('../../docs/conformance.md', import.meta.url), tableText(topics))
