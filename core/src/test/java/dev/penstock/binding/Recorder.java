package dev.penstock.binding;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.Arrays;

/** Stands behind an interface, keeps its last call, and answers with nothing. */
final class Recorder implements InvocationHandler {
    Method called;
    Object[] with;

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) {
        called = method;
        with = arguments;
        return nothing(method.getReturnType());
    }

    boolean heard(Method method, Object[] arguments) {
        return called != null
                && called.getName().equals(method.getName())
                && Arrays.equals(called.getParameterTypes(), method.getParameterTypes())
                && (arguments.length == 0 ? with == null : Arrays.equals(with, arguments));
    }

    /** Zero, false or null. */
    static Object nothing(Class<?> type) {
        return type.isPrimitive() && type != void.class ? Array.get(Array.newInstance(type, 1), 0) : null;
    }

    /** An argument of every kind that is unlike the others of its call where its type allows it. */
    static Object[] arguments(Method method) {
        Class<?>[] types = method.getParameterTypes();
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            arguments[i] = types[i] == int.class
                    ? (Object) (i + 1)
                    : types[i] == String.class ? "argument " + i : nothing(types[i]);
        }
        return arguments;
    }
}
