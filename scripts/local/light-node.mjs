/** Loaded before a program of ours: it gives memory back when it has nothing to do. */
import { giveBackMemory } from './give-back-memory.mjs'

giveBackMemory()
