import { expect, it } from 'vitest';
import { eventFault, eventNames, eventsFault, isEventName } from '../../src/adobe/events.ts';

it('knows 1,007 names', () => {
  expect(eventNames()).toHaveLength(1_007);
  expect(['event1', 'event1000', 'purchase', 'scAdd'].every(isEventName)).toBe(true);
  expect(['event0', 'event01', 'event1001', 'Purchase', 'scadd', 'prodview', ''].some(isEventName)).toBe(false);
});

it.each([
  ['event1', null],
  ['event1000=12', null],
  ['event10=2.50:abcd', null],
  ['scAdd:X1', null],
  ['purchase', null],
  ['Event1', '"Event1" must be written event1'],
  [' event1', '" event1" must be written event1'],
  ['prodview', '"prodview" must be written prodView'],
  [
    'event1001',
    '"event1001" is no event: event1 to event1000, purchase, prodView, scOpen, scAdd, scRemove, scView, scCheckout',
  ],
  ['event1=', '"" is no plain decimal number'],
  ['event1=1,5', '"1,5" is no plain decimal number'],
  ['event1=-1', '"-1" is no plain decimal number'],
  ['event1=1e3', '"1e3" is no plain decimal number'],
  ['event1=.5', '".5" is no plain decimal number'],
  ['event1=$5', '"$5" is no plain decimal number'],
  ['purchase:1', 'purchase takes no serial number; purchaseID does its work'],
  ['event1:a-b', 'the serial number "a-b" is not letters and digits'],
  ['event1:', 'the serial number "" is not letters and digits'],
  [
    'event1:123456789012345678901',
    'the serial number "123456789012345678901" is longer than 20 bytes and would be cut',
  ],
])('%s', (item, fault) => {
  expect(eventFault(item)).toBe(fault);
});

it('tells the first fault of a list', () => {
  expect(eventsFault('event1,purchase,event5=2')).toBe(null);
  expect(eventsFault('event1,Purchase')).toBe('"Purchase" must be written purchase');
  expect(eventsFault('event1,')).toContain('is no event');
});
