// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/order.h"

namespace holdline::soak {

namespace {

constexpr std::array<const char *, kKinds> kNames{"plain", "leaves",     "keyed",   "comes_back",
                                                  "polls", "long_polls", "streams", "cancels"};

}  // namespace

QByteArray name(Kind kind)
{
    return kNames.at(static_cast<std::size_t>(kind));
}

QByteArray Order::body() const
{
    return R"({"account":")" + account + R"(","order":"o)" + QByteArray::number(number) + R"(","wait":true})";
}

std::optional<std::uint32_t> Order::numberOf(const QByteArray &name)
{
    bool ok = false;
    const auto number = name.mid(1).toUInt(&ok);
    return ok && name.startsWith('o') ? std::optional<std::uint32_t>(number) : std::nullopt;
}

}  // namespace holdline::soak
