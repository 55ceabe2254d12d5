#pragma once
class TwoWire {};
extern TwoWire Wire, Wire1;
