import { expect, it } from 'vitest';
import { sideBySide } from './side-by-side.ts';

it('gives every leaf that somebody sees one line, and leaves out what nobody sees', () => {
  const clerk = { name: '甲公司', tax: { hasArrears: true, arrears: null }, penalties: [{ fine: '1.00' }] };
  const bank = { name: '甲公司', tax: { hasArrears: null, arrears: null }, penalties: [] };
  expect(sideBySide([clerk, bank])).toEqual([
    { path: 'name', cells: ['甲公司', '甲公司'] },
    { path: 'tax.hasArrears', cells: ['true', '—'] },
    { path: 'penalties[1].fine', cells: ['1.00', '—'] },
  ]);
});
