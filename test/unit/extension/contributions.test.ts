import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { configJsonSchema } from '../../../src/config/configJsonSchema.ts';
import * as contributions from '../../../src/extension/contributions.ts';

const checkout = path.resolve(import.meta.dirname, '../../..');
const menuItem = z.object({ command: z.string(), when: z.string().optional(), group: z.string().optional() });
const manifest = z
  .object({
    icon: z.string(),
    contributes: z.object({
      commands: z.array(
        z.object({ command: z.string(), title: z.string(), category: z.string(), enablement: z.string().optional() }),
      ),
      menus: z.record(z.string(), z.array(menuItem)),
      views: z.record(z.string(), z.array(z.object({ id: z.string(), icon: z.string() }))),
      viewsContainers: z.record(z.string(), z.array(z.object({ id: z.string(), icon: z.string() }))),
      viewsWelcome: z.array(z.object({ view: z.string(), contents: z.string(), when: z.string() })),
      terminal: z.object({ profiles: z.array(z.object({ id: z.string(), title: z.string() })) }),
      yamlValidation: z.array(z.object({ fileMatch: z.string(), url: z.string() })),
      configuration: z.object({ properties: z.record(z.string(), z.object({ markdownDescription: z.string() })) }),
    }),
  })
  .parse(JSON.parse(readFileSync(path.join(checkout, 'package.json'), 'utf8')));
const { contributes } = manifest;

test('the commands of the code are those of package.json', () => {
  assert.deepEqual(contributes.commands.map(({ command }) => command).toSorted(), contributions.commandIds.toSorted());
});

test('views, terminal profile and settings of the code are those of package.json', () => {
  assert.deepEqual(
    Object.values(contributes.views).flatMap((views) => views.map(({ id }) => id)),
    [contributions.clustersView, contributions.syncView],
  );
  assert.deepEqual(
    contributes.terminal.profiles.map(({ id }) => id),
    [contributions.terminalProfile],
  );
  assert.deepEqual(Object.keys(contributes.configuration.properties).toSorted(), contributions.settingIds.toSorted());
});

test('menus and welcome views name known commands only', () => {
  const known = new Set<string>(contributions.commandIds);
  const named = [
    ...Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command)),
    ...contributes.viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/\(command:([\w.]+)\)/g)].map(([, command]) => command),
    ),
  ];
  assert.deepEqual(
    named.filter((command) => !known.has(command ?? '')),
    [],
  );
});

test('every when clause names known context keys only', () => {
  const clauses = [
    ...Object.values(contributes.menus).flatMap((items) => items.map(({ when }) => when)),
    ...contributes.commands.map(({ enablement }) => enablement),
    ...contributes.viewsWelcome.map(({ when }) => when),
  ];
  const own = new Set<string>([...contributions.contextKeys, contributions.clustersView, contributions.syncView]);
  const unknown = clauses.flatMap((clause) => clause?.match(/podloop\.[\w.]+/g) ?? []).filter((key) => !own.has(key));
  assert.deepEqual(unknown, []);
});

test('every command can be reached from the palette, or from the row it acts on', () => {
  const hidden = contributes.menus.commandPalette?.filter(({ when }) => when === 'false') ?? [];
  const onRows = new Set(contributes.menus['view/item/context']?.map(({ command }) => command));
  assert.deepEqual(
    hidden.filter(({ command }) => !onRows.has(command)),
    [],
  );
});

test('the icons that package.json names exist', () => {
  const icons = [
    manifest.icon,
    ...Object.values(contributes.viewsContainers)
      .flat()
      .map(({ icon }) => icon),
  ];
  assert.deepEqual(
    icons.filter((icon) => !existsSync(path.join(checkout, icon))),
    [],
  );
});

test('the schema that editors get is that of the config file', () => {
  const [{ url } = { url: '' }] = contributes.yamlValidation;
  const schema: unknown = JSON.parse(readFileSync(path.join(checkout, url), 'utf8'));
  assert.deepEqual(schema, configJsonSchema());
});
