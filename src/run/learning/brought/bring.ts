import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Columns, Vector } from '../../../columns/index.ts';
import type { AnyModel } from '../../../define/index.ts';
import { EsteiraError } from '../../../errors.ts';
import { type Node, whereOf } from '../../../graph/index.ts';
import type { Brought } from '../../../learn/learners/brought.ts';
import { pickedAll } from '../../../learn/learners/rows.ts';
import type { Vectors } from '../../../ports/index.ts';
import type { BroughtAbout } from '../../../registry/about.ts';
import type { StepRun } from '../../step.ts';
import { converterOf } from '../engine.ts';
import { answersName, readAnswers } from './answers.ts';
import { endings, formatOf } from './format.ts';
import { importOf } from './imports.ts';
import { madeRows } from './made-rows.ts';

/** Rows that a pickled pipeline is asked about before it is converted, at most. */
const mostCompared = 10_000;
/** Rows that are made where there are none. */
const made = 1000;

export interface Taken {
  readonly brought: Brought;
  readonly about: BroughtAbout;
}

/** The file of a model from elsewhere, as what learns can take it in: that of the definition, or that which the run was given. Throws IMPORT_FAILED and IMPORT_REFUSED. */
export async function bringFile(
  node: Node<AnyModel>,
  read: Vectors,
  { run, scratch }: { readonly run: StepRun; readonly scratch: string },
): Promise<Taken> {
  const { facts } = node.definition;
  const where = whereOf(node.definition);
  const { file, called, isUnscanned } = await fileFor(node, { run, scratch });
  const bytes = readFileSync(file);
  const of = {
    by: 'file',
    file: called,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  } as const;
  const columns = facts.from.columns as Columns;
  const features = Object.fromEntries(facts.features.map((name) => [name, columns[name] as Columns[string]]));
  const format = formatOf(called);
  if (format === 'pickle') {
    const converter = await converterOf(run.project, where);
    const asked = rowsToAsk(read, features);
    const { positive } = facts.learner.options as { readonly positive?: string | number | boolean };
    const { onnx, original, classes, scan, versions, isolation } = await converter
      .convert({
        ...{ file, features, ...asked, signal: run.signal },
        ...(positive === undefined ? {} : { positive }),
        ...(isUnscanned ? { isUnscanned } : {}),
        progress: (text) => run.onProgress?.(node.id, text),
      })
      .catch((error: unknown) => {
        // A file that was given stands somewhere else meanwhile.
        if (!(error instanceof EsteiraError) || error.details.where !== file) throw error;
        throw new EsteiraError(error.code, { ...error.details, where: called }, { cause: error });
      });
    const answers = { ...asked, values: original, isWhole: true } as const;
    return {
      brought: { file: { onnx }, original: answers, ...(classes ? { classes } : {}) },
      about: {
        ...of,
        format: `scikit-learn ${versions['scikit-learn'] ?? scan.sklearn ?? ''}`.trim(),
        compared: read.rows > 0 ? 'training rows' : 'rows made of the rules of the columns',
        scan: { opcodes: scan.opcodes, globals: scan.globals.length, refused: scan.refused },
        ...(isUnscanned ? { isUnscanned } : {}),
        ...{ versions, isolation },
      },
    };
  }
  if (format === undefined) throw unknownEnding(called, where);
  const beside = answersName(file);
  const original = existsSync(beside)
    ? readAnswers(beside, { features, outputs: Object.keys(facts.learner.output), where })
    : undefined;
  return {
    brought: {
      file: format === 'onnx' ? { onnx: bytes } : { text: bytes.toString('utf8') },
      ...(original ? { original } : {}),
    },
    about: { ...of, format, ...(original ? { compared: 'rows that stand beside the file' } : {}) },
  };
}

export const unknownEnding = (file: string, where?: string): EsteiraError =>
  new EsteiraError('IMPORT_FAILED', {
    what: 'This file is of no kind that a model can be imported from.',
    ...(where === undefined ? {} : { where }),
    got: file,
    allowed: endings,
    next: 'Name the file by what it holds.',
  });

/** Every so many of the training rows; where there are none, rows that are made. */
function rowsToAsk(read: Vectors, features: Columns): { readonly rows: number; readonly columns: Vectors['columns'] } {
  if (read.rows === 0) return { rows: made, columns: madeRows(features, made) };
  const own = Object.fromEntries(Object.keys(features).map((name) => [name, read.columns[name] as Vector]));
  const every = Math.ceil(read.rows / mostCompared);
  const picked = Int32Array.from({ length: Math.ceil(read.rows / every) }, (_, at) => at * every);
  return { rows: picked.length, columns: pickedAll(own, picked) };
}

interface Chosen {
  readonly file: string;
  /** As people know it. */
  readonly called: string;
  readonly isUnscanned: boolean;
}

async function fileFor(
  { id, definition }: Node<AnyModel>,
  { run: { project, values }, scratch }: { readonly run: StepRun; readonly scratch: string },
): Promise<Chosen> {
  const chosen = importOf(id, values.settings);
  const where = whereOf(definition);
  if (!chosen) {
    const named = String(definition.facts.learner.options.file);
    const file = path.resolve(project.folder, named);
    if (!existsSync(file))
      throw gone(
        named,
        where,
        `Put the file there, or import another: esteira models import <file> --as ${definition.name}.`,
      );
    return { file, called: named, isUnscanned: false };
  }
  const file = path.join(scratch, path.basename(chosen.path));
  for (const [from, to] of [
    [chosen.path, file],
    [answersName(chosen.path), answersName(file)],
  ] as const) {
    const bytes = await project.versions.read(from);
    if (bytes) writeFileSync(to, bytes);
    else if (to === file) throw gone(from, where, 'Import the file again.');
  }
  return { file, called: path.basename(chosen.path), isUnscanned: chosen.isUnscanned };
}

const gone = (got: string, where: string, next: string): EsteiraError =>
  new EsteiraError('IMPORT_FAILED', { what: 'The file of the model is not there.', where, got, next });
