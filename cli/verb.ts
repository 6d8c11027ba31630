import { type Command } from 'commander';
import { type Io } from './output/io';

/** Adds one verb to the program. What it needs beyond the API it loads when it is run: starting must be quick. */
export type Verb = (program: Command, io: Io) => void;
