import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressMask } from './address.ts';
import { bandsMask } from './bands.ts';
import { emailMask } from './email.ts';
import { keepMask } from './keep.ts';
import { nameMask } from './name.ts';
import { phoneMask } from './phone.ts';
import { precisionMask } from './precision.ts';
import { pseudonymMask } from './pseudonym.ts';

describe('keep', () => {
  const idNumber = keepMask({ kind: 'keep', first: 1, last: 1, fill: 16, hides: 4 });
  it.each([
    ['99999919491231002X', '9****************X'],
    ['E12345678', 'E****************8'],
    ['12345', '******************'],
    ['', '******************'],
    ['𠮷12345678野', '𠮷****************野'],
    ['e\u0301\u0302\u0303234567', 'é****************7'.normalize('NFC')],
    ['\uD800bcdefg', '\uFFFD****************g'],
  ])('%s becomes %s', (raw, masked) => expect(idNumber(raw)).toBe(masked));
});

describe('name', () => {
  it.each([
    ['王明', '王**'],
    ['王', '***'],
    ['', '***'],
    ['欧阳修', '欧阳**'],
    ['欧阳', '欧**'],
    ['司马光武帝', '司马**'],
    ['諸葛孔明', '諸葛**'],
    ['𠮷野家', '𠮷**'],
    ['㐂\u{E0100}田', '㐂**'],
    ['买买提·吐尔逊', '买**'],
    ['王**', '王**'],
    ['欧阳**', '欧阳**'],
  ])('%s becomes %s', (raw, masked) => expect(nameMask()(raw)).toBe(masked));
});

describe('phone', () => {
  it.each([
    ['13800001234', '138****1234'],
    ['+86 138 0000 1234', '138****1234'],
    ['0086-13800001234', '138****1234'],
    ['0538-1234567', '0538-****67'],
    ['(010)12345678', '010-****78'],
    ['02512345678', '025-****78'],
    ['10086', '****'],
    ['400-800-1234', '****'],
    ['+1 202 555 0100', '****'],
    ['王明的电话', '****'],
  ])('%s becomes %s', (raw, masked) => expect(phoneMask()(raw)).toBe(masked));
});

describe('email', () => {
  it.each([
    ['abcdef@example.cn', 'a***@example.cn'],
    ['a@example.cn', '****@example.cn'],
    ['@example.cn', '****'],
    ['a@b@example.cn', 'a***@example.cn'],
    ['王明@example.cn', '王***@example.cn'],
    ['a@王明', '****'],
    ['abc', '****'],
  ])('%s becomes %s', (raw, masked) => expect(emailMask()(raw)).toBe(masked));
});

describe('address', () => {
  it.each([
    ['云汀市东湖区信桥街道12号', '云汀市东湖区****'],
    ['甲省云汀市丙县丁镇1号', '甲省云汀市丙县****'],
    ['丙丁省云汀市丙县丁镇1号', '丙丁省云汀市丙县****'],
    ['信桥路1号3单元', '****'],
    ['1号楼东湖区', '****'],
    ['台州市路桥区路北街道', '台州市路桥区****'],
    ['厦门市思明区', '厦门市思明区****'],
    ['四川省攀枝花市东区', '四川省攀枝花市东区****'],
    ['东营市东营区', '东营市东营区****'],
    ['景德镇市珠山区', '景德镇市珠山区****'],
    ['内蒙古自治区呼和浩特市新城区', '内蒙古自治区呼和浩特市新城区****'],
    ['幸福小区3号楼', '****'],
    ['云汀市幸福家园小区东区', '云汀市****'],
    ['云汀市信桥路幸福社区', '云汀市****'],
    ['云汀市信桥镇王家村东区', '云汀市****'],
    ['信桥路菜市场旁', '****'],
    ['信桥街道东区', '****'],
    ['云汀市红旗路1号', '云汀市****'],
    ['云汀市红旗大街1号', '云汀市****'],
    ['云汀市东湖区红旗路1号', '云汀市东湖区****'],
    ['云汀市旧县路3号', '云汀市****'],
    ['云汀市东市街12号', '云汀市****'],
    ['东市街12号', '****'],
    ['云汀市农贸市场旁', '云汀市****'],
    ['昆山市阳光花园北区8幢', '昆山市****'],
    ['云汀市金色家园西区3号', '云汀市****'],
    ['西宁市城东区', '西宁市城东区****'],
    ['石家庄市桥西区', '石家庄市桥西区****'],
    ['四川省崇州市街子镇', '四川省崇州市****'],
    ['河南省安阳市滑县道口镇', '河南省安阳市滑县****'],
    ['阿拉善盟阿拉善左旗巴彦浩特镇', '阿拉善盟阿拉善左旗****'],
    ['湖北省仙桃市红旗街', '湖北省仙桃市****'],
    ['', '****'],
  ])('%s becomes %s', (raw, masked) => expect(addressMask()(raw)).toBe(masked));
});

describe('bands', () => {
  const money = bandsMask(['0', '10000', '100000.50']);
  it.each([
    ['0', '[0,10000)'],
    ['0.00', '[0,10000)'],
    ['-0.00', '[0,10000)'],
    ['-0.01', '(,0)'],
    ['-99999999999999999999.99', '(,0)'],
    ['9999.99', '[0,10000)'],
    ['9999.999999999999999999999999', '[0,10000)'],
    ['10000', '[10000,100000.50)'],
    ['00010000.00', '[10000,100000.50)'],
    ['100000.49', '[10000,100000.50)'],
    ['100000.5', '[100000.50,)'],
    ['123456789012345678901234567890.00', '[100000.50,)'],
    ['1e9', '(,)'],
    ['', '(,)'],
    ['王明', '(,)'],
  ])('%s lies in %s', (raw, band) => expect(money(raw)).toBe(band));
  it('a short number lies where it lies written at any length', () => {
    const near = fc.constantFrom('0', '10000', '100000.50', '9999.9999', '100000.4999', '100000.5001', '99999999999.9999');
    const any = fc
      .tuple(fc.nat(200_000), fc.nat(9_999))
      .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(4, '0')}`);
    fc.assert(
      fc.property(fc.constantFrom('', '-'), fc.oneof(near, any), (sign, digits) => {
        const short = `${sign}${digits}`;
        expect(money(short)).toBe(money(`${short}${short.includes('.') ? '' : '.'}${'0'.repeat(15)}`));
      }),
    );
  });
  it('two bounds below zero keep their order', () => expect(bandsMask(['0'])('-5')).toBe('(,0)'));
});

describe('precision', () => {
  it.each([
    ['month', '2024-03-05', '2024-03'],
    ['month', '2024-03', '2024-03'],
    ['month', '2024', '2024'],
    ['year', '2024-03-05', '2024'],
    ['year', '2024-03', '2024'],
    ['year', '2024', '2024'],
    ['year', '2024/03/05', '****'],
    ['month', '王明', '****'],
  ] as const)('to the %s, %s becomes %s', (to, raw, masked) => expect(precisionMask(to)(raw)).toBe(masked));
});

describe('pseudonym', () => {
  const scope = { key: 'k', purpose: 'P', organization: 'O' };
  it('is the same for one value, purpose and organisation, and tells nothing of the value', () => {
    expect(pseudonymMask(scope)('王明')).toBe(pseudonymMask(scope)('王明'));
    expect(pseudonymMask(scope)('王明')).toMatch(/^~[\w-]{22}$/);
  });
  it.each([
    ['another key', { ...scope, key: 'l' }],
    ['another purpose', { ...scope, purpose: 'Q' }],
    ['another organisation', { ...scope, organization: 'N' }],
    ['parts that spell the same together', { key: 'k', purpose: 'PO', organization: '' }],
  ])('differs for %s', (_what, other) => expect(pseudonymMask(other)('王明')).not.toBe(pseudonymMask(scope)('王明')));
});
