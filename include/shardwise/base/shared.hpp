// SPDX-License-Identifier: MIT
// An intrusive pointer to an opaque library type T. It keeps <memory> out of user code: including
// the public headers must stay cheap (docs/decisions/0003). For each T the library defines
//   void retain(const T*) noexcept;   void release(const T*) noexcept;
// in T's namespace. Counters are atomic where T is shared between threads.
#pragma once

namespace shardwise {

template <class T>
class shared {
public:
    constexpr shared() noexcept = default;
    /// Takes over one count that the caller already holds.
    explicit shared(T* adopted) noexcept : p_(adopted) {}
    shared(const shared& other) noexcept : p_(other.p_) {
        if (p_) retain(p_);
    }
    shared(shared&& other) noexcept : p_(other.p_) { other.p_ = nullptr; }
    shared& operator=(shared other) noexcept {
        T* const mine = p_;
        p_ = other.p_;
        other.p_ = mine;
        return *this;
    }
    ~shared() {
        if (p_) release(p_);
    }

    T* get() const noexcept { return p_; }
    T* operator->() const noexcept { return p_; }
    T& operator*() const noexcept { return *p_; }
    explicit operator bool() const noexcept { return p_ != nullptr; }
    friend bool operator==(const shared& a, const shared& b) noexcept { return a.p_ == b.p_; }

private:
    T* p_ = nullptr;
};

}  // namespace shardwise
